// A committed notebook holds the HTML of its outputs under a MIME type that code-hosting pages do not know, so that they show
// the picture beside it (xtask/python/hosted.py). Here JupyterLab learns to show it as the HTML that it is.
//
// The file has the form in which JupyterLab loads extensions, a container of webpack's module federation; it is so short that
// it is written by hand.
(() => {
  const MIME = "application/vnd.nn-core.html";
  let shared;

  // JupyterLab's own module: the newest version that it offers.
  async function own(name) {
    const versions = Object.entries(shared[name]);
    const [, newest] = versions.sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true })).at(-1);
    return (await newest.get())();
  }

  async function extension() {
    const { RenderedHTML } = await own("@jupyterlab/rendermime");
    const rendererFactory = {
      // What a notebook that is not trusted holds is cleaned, as with any HTML.
      safe: true,
      mimeTypes: [MIME],
      createRenderer: (options) => new RenderedHTML(options),
    };
    // Before text/html (50) and pictures.
    return { __esModule: true, default: { id: "nn-core-html:factory", rendererFactory, rank: 40, dataType: "string" } };
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["nn-core-html"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const module = await extension();
      return () => module;
    },
  };
})();
