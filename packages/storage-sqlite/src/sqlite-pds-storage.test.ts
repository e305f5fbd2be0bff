import { pdsStorageSuite } from '@atoll/storage/testing'
import { openSample } from '../test/opened-sample.ts'

pdsStorageSuite('sqlite', openSample)
