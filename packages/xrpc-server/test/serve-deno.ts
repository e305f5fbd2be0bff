import { serveDeno } from '@atoll/xrpc-server/deno'
import { hostOptions, socketRouter } from './socket-router.ts'

const router = socketRouter(() => void server.close())
const server = serveDeno(router, { ...hostOptions, port: Number(process.argv[2]) })
