// A did:plc directory in a separate process, so that its work is not counted as the generator's or
// the server's.
import { servePlc } from '@atoll/plc-directory/node'

const { url } = await servePlc()
process.send?.({ url })
process.on('disconnect', () => process.exit(0))
