import { serveNode } from '@atoll/xrpc-server/node'
import { hostOptions, socketRouter } from './socket-router.ts'

const router = socketRouter(() => void server.close())
const server = await serveNode(router, { ...hostOptions, port: Number(process.argv[2]) })
