import { mount } from "../lib/view.js";
import { textField } from "./textfield.js";

/**
 * Put a text field into the page, and below it what is made of the text; returns the undo.
 * @param {{model: import("@anywidget/types").AnyModel, el: HTMLElement}} context
 * @param {{name: string, traits: string[], output: string, view: (model: object, root: HTMLElement,
 *   signal: AbortSignal, words: Record<string, any>) => () => void}} typed `output` is the trait with
 *   the answer, which holds the text that it answers; `view` fills the root and returns what draws it
 */
export function mountTyped({ model, el }, { name, traits, output, view }) {
  return mount({ model, el }, {
    name,
    traits,
    build(root, signal) {
      const words = model.get("words");
      const field = textField(model, words, signal, () => model.get(output).text);
      root.lang = words.language;
      root.append(field.element);
      const draw = view(model, root, signal, words);
      return () => {
        field.update();
        draw();
      };
    },
  });
}
