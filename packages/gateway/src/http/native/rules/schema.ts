import { type Static, Type } from 'typebox'
import { MATCHES } from '../../../automation/ports.ts'
import { exactly, nullableText, PageQuery, pageOf, SessionParams, TenantQuery, time, words } from '../schema.ts'

const optional = Type.Optional

/** The handler reads it by its `type`, as the route does that sends messages. */
const RuleMessage = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description:
    'A message as in sending one, without `to` and `reply_to`: any type but `reaction` and `forward`; a file by ' +
    '`media.id`, or by `media.url`, which is fetched for each reply.',
})

/** What there is beside `type` depends on it; the handler says what is missing. */
const RuleAction = exactly(
  {
    type: words(['reply', 'webhook']),
    messages: optional(Type.Array(RuleMessage, { minItems: 1, maxItems: 20, description: 'Of a `reply`, in order.' })),
    url: optional(Type.String({ minLength: 1, maxLength: 2_048, description: 'Of a `webhook`: asked what to reply.' })),
    webhookkey: optional(Type.String({ maxLength: 512, description: 'Posted along, so that the URL knows who asks.' })),
  },
  { description: 'What is done.' },
)

const fields = {
  match: optional(
    words(MATCHES, {
      description:
        'How the keyword is looked for; case and surrounding white space do not count. `regex` is RE2. Default: exact.',
    }),
  ),
  enabled: optional(Type.Boolean({ description: 'Default: true.' })),
  order: optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'Rules are tried by rising order, the first that matches wins. Default: last.',
    }),
  ),
}
const Keyword = Type.String({
  maxLength: 512,
  description: 'One that ends in `#` takes arguments: `offer#` matches `offer#Ani#2`. Empty with `any`.',
})

export const CreateRuleBody = exactly(
  { keyword: optional(Keyword), ...fields, action: RuleAction },
  { examples: [{ keyword: 'price', action: { type: 'reply', messages: [{ type: 'text', text: 'Rp 10.000' }] } }] },
)
export const UpdateRuleBody = exactly(
  { keyword: optional(Keyword), ...fields, action: optional(RuleAction) },
  { minProperties: 1, examples: [{ enabled: false }] },
)
export type RuleActionInput = Static<typeof RuleAction>

export const RuleAnswer = Type.Object(
  {
    id: Type.String({ examples: ['rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
    keyword: Type.String(),
    match: words(MATCHES),
    action: Type.Object({
      type: words(['reply', 'webhook']),
      messages: optional(
        Type.Array(
          Type.Object({ type: Type.String() }, { additionalProperties: true, description: 'As it was given.' }),
        ),
      ),
      url: optional(Type.String()),
      webhookkey: optional(Type.String()),
    }),
    enabled: Type.Boolean(),
    order: Type.Integer(),
    created_at: time(),
  },
  { description: 'The rule.' },
)
export type RuleObject = Static<typeof RuleAnswer>

export const RulePage = pageOf(RuleAnswer, 'Rules in the order in which they are tried.')
export const RuleParams = Type.Object({
  ...SessionParams.properties,
  rule: Type.String({ maxLength: 64, description: 'The rule’s id.' }),
})
export const RuleListQuery = exactly({ ...PageQuery, ...TenantQuery })

export const TryBody = exactly(
  {
    text: Type.String({ maxLength: 4_096, description: 'What somebody would write.' }),
    name: optional(Type.String({ minLength: 1, maxLength: 100, description: 'How he calls himself. Default: Budi.' })),
    in_group: optional(Type.Boolean({ description: 'Whether he writes in a group. Default: false.' })),
  },
  { examples: [{ text: 'price' }] },
)

export const TryAnswer = Type.Object(
  {
    outcome: words(['reply', 'webhook', 'nothing']),
    reason: nullableText({ description: 'Why nothing is answered; a stable word.', examples: ['no_rule'] }),
    rule: nullableText({ description: 'The rule that matched; null for the default message.' }),
    messages: optional(
      Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true }), {
        description: 'Of a `reply`.',
      }),
    ),
    url: optional(Type.String({ description: 'What a `webhook` would ask.' })),
  },
  { description: 'What would be done.' },
)
