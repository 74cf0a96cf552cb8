import type { FastifyRequest } from 'fastify'
import type { CreateRule } from '../../../automation/verbs.ts'
import type { RuleId } from '../../../core/ids.ts'
import { requireSession } from '../../auth.ts'
import { callerOf, type RouteContext, type Server, tenantToRead } from '../../context.ts'
import { readPage } from '../page.ts'
import { Nothing, SessionParams } from '../schema.ts'
import { presentReply, presentRule } from './present.ts'
import { type RuleSurroundings, readAction } from './requests.ts'
import {
  CreateRuleBody,
  RuleAnswer,
  RuleListQuery,
  RulePage,
  RuleParams,
  TryAnswer,
  TryBody,
  UpdateRuleBody,
} from './schema.ts'

const MANAGE = ['manage'] as const

/** Keyword rules of a session: create, list, change, delete, try. */
export function ruleRoutes(app: Server, context: RouteContext): void {
  createRoute(app, context)
  listRoute(app, context)
  changeRoutes(app, context)
  tryRoute(app, context)
}

/** What rules of the caller are read with; his files are those of his tenant, and of the session his key is bound to. */
async function surroundingsOf({ gateway }: RouteContext, request: FastifyRequest): Promise<RuleSurroundings> {
  const caller = callerOf(request)
  const { countryCode } = await gateway.access.getTenant(caller.tenant)
  return {
    countryCode,
    findFile: async (id) => {
      const { session } = await gateway.media.get(caller.tenant, id)
      if (session !== null) requireSession(caller, session, 'media_not_found')
    },
  }
}

function createRoute(app: Server, context: RouteContext): void {
  app.post(
    '/v1/sessions/:session/rules',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'createRule',
        summary: 'Have messages with a keyword answered',
        description:
          'With messages of the rule, or with what a URL answers. The first rule that matches wins; `any` matches every message.',
        tags: ['automation'],
        params: SessionParams,
        body: CreateRuleBody,
        response: { 201: RuleAnswer },
      },
    },
    async (request, reply) => {
      const { keyword = '', action, ...rest } = request.body
      const read = await readAction(action, await surroundingsOf(context, request))
      const input: CreateRule = { keyword, ...rest, action: read }
      reply.code(201)
      const { tenant } = callerOf(request)
      return presentRule(await context.gateway.automation.createRule(tenant, request.params.session, input))
    },
  )
}

function listRoute(app: Server, { gateway }: RouteContext): void {
  app.get(
    '/v1/sessions/:session/rules',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'listRules',
        summary: 'List a session’s rules',
        tags: ['automation'],
        params: SessionParams,
        querystring: RuleListQuery,
        response: { 200: RulePage },
      },
    },
    async (request) => {
      const tenant = tenantToRead(request, request.query.tenant)
      return readPage(
        request.query,
        ({ limit, cursor }) =>
          gateway.automation.listRules(tenant, request.params.session, {
            limit,
            ...(cursor === undefined ? {} : { cursor: cursor as RuleId }),
          }),
        { cursorOf: (rule) => rule.id, present: presentRule },
      )
    },
  )
}

function changeRoutes(app: Server, context: RouteContext): void {
  const { automation } = context.gateway
  app.patch(
    '/v1/sessions/:session/rules/:rule',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'updateRule',
        summary: 'Change a rule',
        description: 'What is not named stays. `action` takes the place of the former one as a whole.',
        tags: ['automation'],
        params: RuleParams,
        body: UpdateRuleBody,
        response: { 200: RuleAnswer },
      },
    },
    async (request) => {
      const { session, rule } = request.params
      const { action, ...rest } = request.body
      const read = action && { action: await readAction(action, await surroundingsOf(context, request)) }
      const { tenant } = callerOf(request)
      return presentRule(await automation.updateRule(tenant, session, rule as RuleId, { ...rest, ...read }))
    },
  )

  app.delete(
    '/v1/sessions/:session/rules/:rule',
    {
      config: { access: MANAGE },
      schema: {
        operationId: 'deleteRule',
        summary: 'Delete a rule',
        tags: ['automation'],
        params: RuleParams,
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { session, rule } = request.params
      await automation.removeRule(callerOf(request).tenant, session, rule as RuleId)
      reply.code(204)
      return null
    },
  )
}

function tryRoute(app: Server, { gateway }: RouteContext): void {
  app.post(
    '/v1/sessions/:session/rules/try',
    {
      config: { access: MANAGE, keepsAnswer: false },
      schema: {
        operationId: 'tryRules',
        summary: 'See what a text would be answered with',
        description: 'By the rules and settings of now, as if somebody sent it. Nothing is sent and no URL is asked.',
        tags: ['automation'],
        params: SessionParams,
        body: TryBody,
        response: { 200: TryAnswer },
      },
    },
    async (request) => {
      const { text, name = 'Budi', in_group: inGroup = false } = request.body
      const { tenant } = callerOf(request)
      const outcome = await gateway.automation.rehearse(tenant, request.params.session, { text, name, inGroup })
      switch (outcome.kind) {
        case 'nothing':
          return { outcome: 'nothing' as const, reason: outcome.reason, rule: null }
        case 'webhook':
          return { outcome: 'webhook' as const, reason: null, rule: outcome.rule, url: outcome.url }
        case 'replies': {
          const messages = outcome.replies.flatMap(presentReply)
          return { outcome: 'reply' as const, reason: null, rule: outcome.rule, messages }
        }
        default:
          return outcome satisfies never
      }
    },
  )
}
