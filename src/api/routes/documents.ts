/** The OpenAPI document, and Swagger UI with all its files from here: it works without internet. */
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { answersOf } from '../openapi.ts'

export async function addDocumentRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/v1/swagger',
    uiConfig: { docExpansion: 'list', deepLinking: true },
    validatorUrl: false,
  })
  app.get('/v1/swagger/index.html', { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect('/v1/swagger/'),
  )
  for (const url of ['/openapi.json', '/v1/swagger/doc.json']) {
    app.get(url, {
      schema: {
        summary: 'This document (OpenAPI).',
        operationId: url === '/openapi.json' ? 'get_openapi' : 'get_swagger_doc',
        tags: ['documents'],
        security: [],
        response: answersOf('Document', 'The document.', []),
      },
      async handler() {
        return app.swagger()
      },
    })
  }
}
