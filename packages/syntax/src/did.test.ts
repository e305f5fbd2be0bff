import { expect, it } from 'vitest'
import { didsInTxt } from './index.ts'

it('finds the DIDs in TXT records, each once, whatever else the name has', () => {
  const records = [
    'v=spf1 -all',
    ' did=did:web:b.test\n',
    'did=did:plc:a',
    'did=did:web:b.test',
    'did=nonsense',
    'did:web:c.test',
  ]
  expect(didsInTxt(records)).toEqual(['did:web:b.test', 'did:plc:a'])
  expect(didsInTxt([])).toEqual([])
})
