import { ATTENTION_TRAITS, attentionView } from "./attention.js";
import { formatted } from "./lib/numbers.js";
import { shareWriter } from "./lib/shares.js";
import { make } from "./lib/view.js";
import { NEXT_TOKEN_TRAITS, nextTokenView } from "./nexttoken.js";
import { coursePart } from "./parts/course.js";
import { mountTyped } from "./parts/typed.js";

const VIEWS = {
  "next-token": { view: nextTokenView, output: "next" },
  attention: { view: attentionView, output: "attention" },
};

/** The course of the training, and below it the view at one step. */
function checkpointsView(model, root, signal, words) {
  const format = formatted(words.language);
  const course = coursePart(model, words, shareWriter(format, words), format, signal);
  const place = make("div");
  root.append(course.element, place);
  const draw = VIEWS[model.get("view")].view(model, place, signal, words.view);
  return () => {
    course.draw();
    draw();
  };
}

export function renderCheckpoints({ model, el }) {
  const traits = [...new Set([...ATTENTION_TRAITS, ...NEXT_TOKEN_TRAITS, "trajectory"])];
  const { output } = VIEWS[model.get("view")];
  return mountTyped({ model, el }, { name: "checkpoints", traits, output, view: checkpointsView });
}
export default { render: renderCheckpoints };
