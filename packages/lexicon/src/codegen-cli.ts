#!/usr/bin/env node
import { runCodegen } from './node/codegen-command.ts'

process.exitCode = runCodegen(process.argv.slice(2), 'atoll-lexicon-codegen')
