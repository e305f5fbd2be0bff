import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** The files of the packages that end up in a bundle of `source`. */
async function bundled(source: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['@atoll/source'],
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs)
  return Object.entries(output!.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file.replace(/^.*packages\//, ''))
}

const unwanted = (files: string[], pattern: RegExp) => files.filter((file) => pattern.test(file))

it('a router without subscriptions brings nothing of event streams and CBOR along', async () => {
  const files = await bundled("export { createRouter, route } from './index.ts'")
  expect(files).toContain('xrpc-server/src/create-router.ts')
  expect(unwanted(files, /\/streams\/|\/stream\/|\/cbor\/|\/auth\/|^jwt\/|^crypto\//)).toEqual([])
})

it('a client without subscriptions brings nothing of event streams and CBOR along', async () => {
  const files = await bundled('export { createClient } from "@atoll/xrpc"')
  expect(files).toContain('xrpc/src/client/client.ts')
  expect(unwanted(files, /\/stream\/|\/cbor\//)).toEqual([])
})
