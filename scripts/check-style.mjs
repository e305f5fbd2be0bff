// Checks what the house style asks for and no linter rule covers: a body on its own line is in
// braces; comments are at most 100 columns wide; a clock is a function that returns milliseconds.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const commentColumns = 100
/** For a line of code that ends with a comment: the formatter's width of code. */
const codeColumns = 120

/** The files that the style applies to. */
function styledFiles(root) {
  const patterns = [
    '{packages,apps}/*/{src,test}/**/*.ts',
    '{e2e,bench,examples}/**/*.ts',
    'interop/generate/**/*.ts',
    'scripts/**/*.mjs',
    '*.ts',
  ]
  return globSync(patterns, { cwd: root })
    .filter(
      (file) =>
        !/(?:^|\/)(?:node_modules|dist|fixtures)\//.test(file) &&
        !/^(?:packages\/lexicons\/src|examples\/src\/lexicons)\//.test(file),
    )
    .sort()
}

/** One sentence for each fault in a source. */
export function styleFaults(file, text) {
  const source = parse(file, text)
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line
  const at = (position) => `${file}:${lineOf(position) + 1}`
  return [
    ...bareBodies(source).map((body) => `${at(body.getStart())}: a body on a line of its own is in braces`),
    ...wideComments(source).map((position) => `${at(position)}: a comment of more than ${commentColumns} columns`),
    ...dateClocks(source).map((node) => `${at(node.getStart())}: a clock is a function that returns milliseconds`),
  ]
}

function parse(file, text) {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
}

/** Bodies of `if`, `else` and loops that are on a line of their own, and in no braces. */
function bareBodies(source) {
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line
  return nodesOf(source)
    .flatMap((node) => [node.thenStatement, node.elseStatement, ts.isIterationStatement(node, false) && node.statement])
    .filter((body) => body && !ts.isBlock(body) && lineOf(body.getFullStart()) !== lineOf(body.getStart()))
}

/**
 * The start of each line that is too wide and has a comment on it; a word alone cannot be made
 * shorter.
 */
function wideComments(source) {
  const { text } = source
  const starts = source.getLineStarts()
  const wide = new Set()
  for (const { pos, end } of commentsOf(source)) {
    const [first, last] = [pos, end].map((position) => source.getLineAndCharacterOfPosition(position).line)
    for (let line = first; line <= last; line++) {
      const whole = text.slice(starts[line], starts[line + 1] ?? text.length).trimEnd()
      const isAfterCode = line === first && text.slice(starts[line], pos).trim() !== ''
      const columns = isAfterCode ? codeColumns : commentColumns
      if (whole.length > columns && !isUnbreakable(whole)) wide.add(starts[line])
    }
  }
  return [...wide]
}

const directive = /(?:biome-ignore|@ts-expect-error|@vitest-environment|<reference )/

/** Whether a line is one word, such as an address, or is read by a tool. */
function isUnbreakable(line) {
  return directive.test(line) || /^\s*(?:\/\*\*|\/\/|\*)?\s*\S+(?:\s*\*\/)?$/.test(line)
}

/** Types of functions without parameters that return a `Date`. */
function dateClocks(source) {
  return nodesOf(source).filter(
    (node) =>
      ts.isFunctionTypeNode(node) &&
      node.parameters.length === 0 &&
      ts.isTypeReferenceNode(node.type) &&
      node.type.typeName.getText() === 'Date',
  )
}

/** All comments, in order. */
function commentsOf(source) {
  const found = new Map()
  for (const token of tokensOf(source)) {
    const around = [
      ...(ts.getLeadingCommentRanges(source.text, token.pos) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, token.end) ?? []),
    ]
    for (const comment of around) found.set(comment.pos, comment)
  }
  return [...found.values()].sort((a, b) => a.pos - b.pos)
}

function nodesOf(source) {
  const nodes = []
  const visit = (node) => {
    nodes.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return nodes
}

function tokensOf(source) {
  const tokens = []
  const visit = (node) => {
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child))
    if (children.length === 0) tokens.push(node)
    for (const child of children) visit(child)
  }
  visit(source)
  return tokens
}

function main(root) {
  const files = styledFiles(root)
  const faults = files.flatMap((file) => styleFaults(file, readFileSync(join(root, file), 'utf8')))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exit(1)
  console.log(`style: ${files.length} files are as the house style says`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.cwd())
