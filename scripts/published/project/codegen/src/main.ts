import { type Berth, berth, listBerths } from './lexicons/com.example.js'

const record = {
  $type: 'com.example.berth',
  ship: {
    uri: 'at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/com.example.ship/3jzfcijpj2z2a',
    cid: 'bafyreidyynoe7ehsq35zyydj4awg6c3yu6jg5ekx4gh7p6yihxc3hsxe5u',
  },
  createdAt: '2026-03-05T12:34:56.789Z',
}
const judged = berth.validate(record)
if (!judged.ok) throw new Error(JSON.stringify(judged))
const value: Berth = judged.value
if (value.ship.uri !== record.ship.uri) throw new Error(value.ship.uri)
if (berth.validate({ ...record, ship: { uri: 'nowhere' } }).ok) throw new Error('accepts a ship that is nowhere')
if (listBerths.parseParams(new URLSearchParams('harbour=atoll')).ok) throw new Error('accepts a harbour that is no DID')
