/** `BackpropThroughTime` computes in its view, in JupyterLab too: there is nothing to answer. */
export async function* bpttAnswers() {
  yield {};
}
