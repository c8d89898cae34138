/** What the gateway takes of the machine. */
import { readdirSync } from 'node:fs'
import type { ProcessReport } from '../model/ports.ts'
import type { LoopLag } from './vital-signs.ts'

export function processReport(loop: LoopLag): ProcessReport {
  const { rss, heapUsed } = process.memoryUsage()
  const handles = process.getActiveResourcesInfo().length
  return { rssBytes: rss, heapBytes: heapUsed, openFiles: openFiles(), handles, loop }
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0 // Not a Linux.
  }
}
