/**
 * `MemoryLab` computes in its view, in JupyterLab too; a page brings it the models.
 * @param {Record<string, any>} _state
 * @param {(which: number) => Promise<Uint8Array>} open
 */
export async function* memoryAnswers(_state, open) {
  yield { weights: await open(0) };
}
