import { storageSuite } from '@atoll/storage/testing'
import { openSample } from '../test/opened-sample.ts'

storageSuite('sqlite', openSample)
