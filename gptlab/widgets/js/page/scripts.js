// Known only while the script runs for the first time; empty where it stands in the page itself.
const here = document.currentScript?.src;

/**
 * The element of a single file that holds an asset, packed; null in a site.
 * @param {string} name such as `model/shakespeare`
 */
export function carriedBy(name) {
  return document.querySelector(`script[data-gptlab-asset=${JSON.stringify(name)}]`);
}

/**
 * Run the classic script that lies beside this one. A browser does so for a page on a disk too, where
 * it would not fetch.
 * @param {string} file
 * @returns {Promise<void>}
 */
export function runBeside(file) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.onload = () => done();
    script.onerror = () => failed(new Error(`${file} could not be loaded`));
    script.src = new URL(file, here).href;
    document.head.append(script);
  });
}
