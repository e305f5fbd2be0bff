#!/usr/bin/env node
import { applyMemorySettings } from '@atoll/process/memory-settings'

applyMemorySettings()
// Loaded only now: a process that replaces itself has no use for it.
await import('./run.ts')
