// A card of its own in the page: neither the page's style sheets nor ours reach the other's elements.

/** Opens a card in `root`, whose own content, a sentence for pages without scripts, is no longer shown. */
function openCard(root, style, html) {
  root.dataset.alive = "";
  const shadow = root.shadowRoot ?? root.attachShadow({ mode: "open" });
  shadow.innerHTML = `<style>${style}</style><div class="card">${html}</div>`;
  const card = shadow.querySelector(".card");
  const follow = () => card.classList.toggle("dark", isDark(root));
  follow();
  // JupyterLab says its theme in attributes of the body; other pages follow the system.
  new MutationObserver(follow).observe(document.body, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  // A cell's output may be filled before it becomes a part of the page.
  new ResizeObserver(follow).observe(root);
  return card;
}

/** Whether the page behind the element is dark. */
function isDark(element) {
  for (let behind = element; behind instanceof Element; behind = behind.parentElement ?? behind.getRootNode().host) {
    const parts = getComputedStyle(behind).backgroundColor.match(/^rgba?\(([^)]*)\)/)?.[1].split(/[ ,/]+/).map(Number);
    if (parts === undefined || (parts[3] ?? 1) < 0.5) continue;
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] < 128;
  }
  const follows = getComputedStyle(document.documentElement).colorScheme.includes("dark");
  return follows && matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The element of this class that the running script stands in. */
function ownRoot(name) {
  return document.currentScript?.closest(`.${name}`) ?? document.querySelector(`.${name}:not([data-alive])`);
}

/** Red, green and blue of a colour written as #RRGGBB. */
const channelsOf = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

const percent = (share) => `${(100 * share).toFixed(1)} %`;

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}
