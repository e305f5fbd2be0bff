#!/usr/bin/env node
import { runLexiconCommand } from './node/command.ts'

process.exitCode = await runLexiconCommand(process.argv.slice(2))
