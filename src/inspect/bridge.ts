/** The Stately inspector's page. */
export const inspectorUrl = 'https://stately.ai/inspect';

/** Shows that page in a frame, and hands it what comes over our socket; the socket's token never leaves our own page. */
export const bridgePage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Showrunner in the Stately inspector</title>
<style>html,body,iframe{margin:0;width:100%;height:100%;border:0}p{font:16px system-ui;padding:2rem}</style></head>
<body><noscript><p>This page needs JavaScript.</p></noscript><iframe id="inspector" sandbox="allow-scripts allow-same-origin allow-forms allow-popups" title="Stately inspector"></iframe><script src="/bridge.js"></script></body>
</html>
`;

export const bridgeScript = `const frame = document.getElementById('inspector');
const origin = ${JSON.stringify(new URL(inspectorUrl).origin)};
const kept = sessionStorage.getItem('token');
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? kept ?? '';
sessionStorage.setItem('token', token);
history.replaceState(null, '', '/');
let waiting = [];
let isReady = false;
addEventListener('message', ({ data, source }) => {
  if (source !== frame.contentWindow || data?.type !== '@statelyai.connected') return;
  isReady = true;
  for (const message of waiting) frame.contentWindow.postMessage(message, origin);
  waiting = [];
});
frame.src = ${JSON.stringify(inspectorUrl)};
let pause = 500;
// An address gets into logs: it has a ticket, which opens one connection, and never the key.
async function connect() {
  let ticket;
  try {
    const answer = await fetch('/inspect/ticket', { method: 'POST', headers: { authorization: 'Bearer ' + token } });
    ({ ticket } = await answer.json());
  } catch {
    return again();
  }
  const socket = new WebSocket('ws://' + location.host + '/inspect?ticket=' + ticket);
  socket.onopen = () => { pause = 500; };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (isReady) frame.contentWindow.postMessage(message, origin);
    else waiting.push(message);
  };
  socket.onclose = again;
}
function again() {
  setTimeout(connect, pause = Math.min(10000, pause * 2));
}
connect();
`;
