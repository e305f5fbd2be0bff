// The fenced code blocks of a Markdown document.

/**
 * @typedef {object} Block
 * @property {string} language
 * @property {string | undefined} file   the path that `[…]` in the fence names
 * @property {string[]} flags            the other words of the fence
 * @property {number} line               of the fence, from 1
 * @property {string} code
 */

const fence = /^(?<indent> *)(?<ticks>`{3,})(?<info>[^`\n]*)\n(?<code>.*?)^\k<indent>\k<ticks> *$/gms

/** @returns {Block[]} */
export function codeBlocks(text) {
  return [...text.matchAll(fence)].map(({ groups, index }) => {
    const [language = '', ...rest] = groups.info.trim().split(/\s+/)
    const file = rest.find((word) => /^\[.+\]$/.test(word))?.slice(1, -1)
    return {
      language,
      file,
      flags: rest.filter((word) => !/^\[.+\]$/.test(word)),
      line: text.slice(0, index).split('\n').length,
      code: groups.code.replaceAll(new RegExp(`^${groups.indent}`, 'gm'), ''),
    }
  })
}
