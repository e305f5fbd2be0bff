// docs/bundle-sizes.md, from what was recorded.

const importLimitMs = 100

/** The whole page. */
export function page({ useCases: uses = {}, entries = {}, packages = {}, peers = {} }, useCases) {
  return `<!-- written by \`npm run sizes -- --write\`; do not edit -->
# Sizes

What the packages weigh in somebody else's project: what a bundler makes of them for browsers (minified by esbuild, and after gzip), what
Node loads and how long that takes, and what npm installs. KB are 1,024 bytes.

\`\`\`sh checked-by=scripts/check-commands.mjs
npm run sizes                        # fails when a figure has grown by more than a tenth
npm run sizes -- --write             # renews this page and the record that is compared
npm run sizes -- --write --times     # also measures imports again: on a machine that does nothing else
npm run sizes -- --write --peers     # also measures the peers' packages, which npm installs the first time
\`\`\`

\`npm run check\` runs the first one.

## By use

Each use is a few lines, written once with each library: [use-cases.mjs](../scripts/bundle-sizes/use-cases.mjs). The peers' versions are in the
[lockfile](../scripts/bundle-sizes/package-lock.json) beside it. They do not all do the same: \`@atcute/crypto\`, for example,
leaves P-256 to WebCrypto, which is asynchronous. What of a peer needs Node is left out of its figure.

${table(
  ['use', 'Atoll', 'gzip', 'aim', '`@atproto`', 'gzip', '`@atcute`', 'gzip'],
  useCases
    .filter(({ name }) => uses[name])
    .map(({ name, aim }) => {
      const of = (size) => [kb(size?.min), kb(size?.gzip)]
      return [name, ...of(uses[name]), `${aim} KB`, ...of(peers[name]?.atproto), ...of(peers[name]?.atcute)]
    }),
)}

## By entry

Each entry with all that it exports. Few projects use all of one, and bundlers leave out the rest. *Loads* is what Node reads when the entry is
imported, the libraries included; the time is the shortest of seven fresh processes. An entry of a library should take
less than ${importLimitMs} ms; those that take longer are in bold type.

${table(
  ['entry', 'bundle', 'gzip', 'modules', 'loads', 'import'],
  Object.entries(entries).map(([name, { min, gzip, modules, bytes, importMs }]) => [
    `\`${name}\``,
    min === undefined ? 'Node' : kb(min),
    kb(gzip),
    `${modules}`,
    kb(bytes),
    importMs <= importLimitMs ? `${importMs} ms` : `**${importMs} ms**`,
  ]),
)}

## By package

What \`npm install\` of one package alone brings, itself included, on Linux.

${table(
  ['package', 'packages', 'files'],
  Object.entries(packages).map(([name, installed]) => [`\`${name}\``, `${installed.packages}`, mb(installed.bytes)]),
)}
`
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(heads), line(heads.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** Bytes as text. */
export function kb(bytes) {
  return bytes === undefined ? '' : `${(bytes / 1024).toFixed(1)} KB`
}

function mb(bytes) {
  return `${(bytes / 1024 ** 2).toFixed(2)} MB`
}
