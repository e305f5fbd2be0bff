// Type-checks the programs of all pages at once, with the declarations that importers get.
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../bundle-sources.mjs'

const options = {
  target: ts.ScriptTarget.ES2023,
  lib: [
    'lib.es2024.d.ts',
    'lib.esnext.disposable.d.ts',
    'lib.dom.d.ts',
    'lib.dom.iterable.d.ts',
    'lib.dom.asynciterable.d.ts',
  ],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  typeRoots: [join(root, 'node_modules/@types')],
  types: ['node'],
  skipLibCheck: true,
}

/** One sentence for each error, with the page and the line where it is. */
export function typeFaults(programs) {
  const places = new Map(programs.map(({ file, ...place }) => [file, place]))
  return ts.getPreEmitDiagnostics(ts.createProgram([...places.keys()], options)).map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')
    const place = diagnostic.file && places.get(diagnostic.file.fileName)
    if (!place) return `${diagnostic.file?.fileName ?? 'types'}: ${message}`
    return `${place.page}:${place.line + 1 + diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line}: ${message}`
  })
}
