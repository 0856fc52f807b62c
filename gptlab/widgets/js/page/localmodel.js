const HIDDEN = 50; // ms after which it goes on although no frame came: a page in the background draws none
const nextFrame = globalThis.requestAnimationFrame ?? setTimeout; // node has no frames

/**
 * What a view talks to in a page: anywidget's model, with answers computed here.
 *
 * The newest input wins: when it changes while an answer is being computed, that answer is dropped.
 * An answer that fails leaves the outputs as they were; views hear `failed`, which no kernel says.
 */
export class LocalModel {
  /**
   * @param {Record<string, unknown>} state of the widget as the notebook carries it
   * @param {string[]} inputs the traits that an answer depends on
   * @param {(state: Record<string, unknown>) => AsyncIterable<Record<string, unknown>>} answers
   * @param {(error: Error | null) => void} report hears of a failed answer, and of none
   */
  constructor(state, inputs, answers, report) {
    this.state = state;
    this.inputs = inputs;
    this.answers = answers;
    this.report = report;
    this.heard = new Map();
    this.turn = 0;
    this.answered = "";
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.tell(`change:${name}`);
  }

  on(event, hear) {
    if (!this.heard.has(event)) this.heard.set(event, new Set());
    this.heard.get(event).add(hear);
  }

  off(event, hear) {
    this.heard.get(event)?.delete(hear);
  }

  tell(event) {
    this.heard.get(event)?.forEach((hear) => hear());
  }

  save_changes() {
    this.answer();
  }

  /** Compute the outputs for the present inputs; resolves when the first of them are there. */
  answer() {
    const asked = JSON.stringify(this.inputs.map((name) => this.state[name]));
    if (asked === this.answered) return Promise.resolve();
    this.answered = asked;
    this.turn += 1;
    return new Promise((begun) => this.run(this.turn, begun));
  }

  async run(turn, begun) {
    try {
      for await (const outputs of this.answers({ ...this.state })) {
        if (turn !== this.turn) break;
        for (const [name, value] of Object.entries(outputs)) this.set(name, value);
        begun();
        await drawn();
        if (turn !== this.turn) break;
      }
      if (turn === this.turn) this.report(null);
    } catch (error) {
      if (turn !== this.turn) return;
      this.answered = "";
      this.report(error);
      this.tell("failed"); // so that a view no longer waits
    } finally {
      begun();
    }
  }
}

/** Let the page draw what it has and hear keys before the next part is computed. */
function drawn() {
  return new Promise((done) => {
    setTimeout(done, HIDDEN);
    nextFrame(() => setTimeout(done, 0));
  });
}
