import type { Measurement } from './measure.ts';

/** A picture with what it shows. */
export interface Picture {
  readonly file: string;
  readonly caption: string;
  readonly png: Uint8Array;
  /** What the picture shows is to be heard, too. */
  readonly sound?: { readonly file: string; readonly wav: Uint8Array };
}

/** A static page without scripts: the table, then every picture with its caption. */
export function renderPage(measurements: readonly Measurement[], pictures: readonly Picture[]): string {
  const rows = measurements.map(
    (each) =>
      `<tr><th>${escape(each.name)}</th><td>${each.rows}</td><td>${escape(each.nats)}</td><td>${escape(each.kind)}</td>` +
      `<td>${escape(each.bits ?? '')}</td><td>${each.scoresPerSecond.toFixed(0)}</td>` +
      `<td>${each.samplesPerSecond.toFixed(0)}</td><td>${each.roundTrip?.toExponential(1) ?? ''}</td></tr>`,
  );
  const figures = pictures.map(
    ({ file, caption, sound }) =>
      `<figure><img src="${escape(file)}" alt="${escape(caption)}">${player(sound?.file)}<figcaption>${escape(caption)}</figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>flowzoo: a tour of the presets</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
  table { border-collapse: collapse; }
  th, td { padding: 0.3rem 0.8rem; text-align: right; border-bottom: 1px solid #ddd; }
  th:first-child { text-align: left; }
  .figures { display: flex; flex-wrap: wrap; gap: 2rem; }
  figure { margin: 1rem 0; max-width: 52rem; }
  img { image-rendering: pixelated; max-width: 100%; }
  audio { display: block; }
  figcaption { color: #555; }
</style>
<h1>flowzoo: a tour of the presets</h1>
<p>Measured just now on this machine, on the evaluation rows that each preset's card names.</p>
<table>
<tr><th>preset</th><th>rows</th><th>nats per row</th><th></th><th>bits/dim</th><th>rows/s scored</th><th>samples/s</th><th>round trip</th></tr>
${rows.join('\n')}
</table>
<div class="figures">
${figures.join('\n')}
</div>
</html>
`;
}

function player(file: string | undefined): string {
  return file === undefined ? '' : `<audio controls src="${escape(file)}"></audio>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
