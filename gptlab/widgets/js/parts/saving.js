import { svgText } from "../lib/svg.js";
import { make } from "../lib/view.js";

const SHARPNESS = 2; // pixels of the PNG for one of the SVG

/**
 * Two buttons that save the present picture.
 * @param {Record<string, string>} words
 * @param {string} name of the files, without ending
 * @param {() => SVGElement} draw makes the picture: an `svg` with width and height
 */
export function savingPart(words, name, draw) {
  const alarm = make("span", { role: "status" });
  const asSvg = make("button", { type: "button", textContent: words.save_svg });
  const asPng = make("button", { type: "button", textContent: words.save_png });
  const element = make("div", { className: "saving" }, asSvg, asPng, alarm);
  asSvg.addEventListener("click", () => save(`${name}.svg`, svgBlob(draw())));
  asPng.addEventListener("click", async () => {
    alarm.textContent = "";
    try {
      save(`${name}.png`, await pngBlob(draw()));
    } catch {
      alarm.textContent = words.save_failed;
    }
  });
  return { element };
}

function svgBlob(picture) {
  return new Blob([svgText(picture)], { type: "image/svg+xml" });
}

async function pngBlob(picture) {
  const image = new Image();
  // A data address: browsers let a canvas be read again after drawing one, not after a blob.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SHARPNESS * Number(picture.getAttribute("width"));
  canvas.height = SHARPNESS * Number(picture.getAttribute("height"));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("the canvas is too large");
  return blob;
}

function save(name, blob) {
  const link = make("a", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
