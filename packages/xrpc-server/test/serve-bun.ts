import { serveBun } from '@atoll/xrpc-server/bun'
import { hostOptions, socketRouter } from './socket-router.ts'

const router = socketRouter(() => void server.close())
const server = serveBun(router, { ...hostOptions, port: Number(process.argv[2]) })
