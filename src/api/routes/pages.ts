/** The dashboard at `/`, its files under `/assets/`, and the chart library that it uses. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { negotiate } from '../accept.ts'
import { answersOf } from '../openapi.ts'

const VENDOR_FILES = ['uPlot.esm.js', 'uPlot.min.css']

export interface PageFiles {
  dashboard: URL
  /** The folder of the chart library's built files. */
  chart: URL
}

export async function addPageRoutes(app: FastifyInstance, files: PageFiles): Promise<void> {
  const root = fileURLToPath(files.dashboard)
  const chart = fileURLToPath(files.chart)
  await app.register(fastifyStatic, {
    root,
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    suppressWarning: true,
    // Asked again each time, answered with 304: an update of the gateway shows at once.
    setHeaders: (reply) => reply.header('cache-control', 'no-cache'),
  })

  for (const name of VENDOR_FILES) {
    app.get(`/assets/vendor/${name}`, { schema: { hide: true } }, async (_request, reply) =>
      reply.sendFile(name, chart),
    )
  }

  app.get('/', {
    schema: {
      summary: 'The dashboard; as JSON, that the server is up.',
      operationId: 'get_root',
      tags: ['gateway'],
      security: [],
      response: answersOf('ServerUp', 'The dashboard, or that the server is up.', [406], {
        'text/html': { type: 'string' },
      }),
    },
    async handler(request, reply) {
      reply.header('vary', 'accept')
      const wanted = negotiate(request.headers.accept, ['text/html', 'application/json'])
      if (wanted === 'text/html' && existsSync(`${root}/index.html`)) {
        return reply.sendFile('index.html')
      }
      return { code: 200, message: 'Server is up.' }
    },
  })
}
