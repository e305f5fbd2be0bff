import { storageSuite } from '@atoll/storage/testing'
import { openSample } from './testing.ts'

storageSuite('sqlite', openSample)
