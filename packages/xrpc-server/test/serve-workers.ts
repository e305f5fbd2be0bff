import { workersHandler } from '@atoll/xrpc-server/workers'
import { hostOptions, socketRouter } from './socket-router.ts'

export default workersHandler(socketRouter(), hostOptions)
