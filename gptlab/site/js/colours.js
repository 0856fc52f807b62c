const CLEAR = "rgba(0, 0, 0, 0)";

/**
 * Give a plotly layout the page's colours and width; what its traces show keeps its colours.
 * @param {object} layout as Python wrote it
 * @param {{color: string, fontFamily: string}} style of the element around it
 */
export function themed(layout, { color, fontFamily }) {
  const { width, ...rest } = layout; // the page decides on the width
  return {
    ...rest,
    autosize: true,
    font: { ...layout.font, color, family: fontFamily },
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    template: { ...layout.template, layout: lined(layout.template?.layout ?? {}, color) },
  };
}

/** Lines of a weak text colour can be seen in light and dark; what the layout itself says wins. */
function lined(template, color) {
  const line = color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.35)");
  const axis = { gridcolor: line, linecolor: line, zerolinecolor: line };
  const wall = { ...axis, backgroundcolor: CLEAR };
  const axes = (names, all = {}, style = axis) =>
    Object.fromEntries(names.map((name) => [name, { ...all[name], ...style }]));
  return {
    ...template,
    ...axes(["xaxis", "yaxis"], template),
    font: { ...template.font, color },
    scene: { ...template.scene, ...axes(["xaxis", "yaxis", "zaxis"], template.scene, wall) },
  };
}
