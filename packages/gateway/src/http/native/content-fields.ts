import { type TSchema, type TSchemaOptions, Type } from 'typebox'

const nullable = (type: 'string' | 'integer', options: TSchemaOptions = {}) =>
  Type.Unsafe<unknown>({ type: [type, 'null'], ...options })
const optional = Type.Optional
const words = (list: string[], options: TSchemaOptions = {}) =>
  Type.Unsafe<string>({ type: 'string', enum: list, ...options })
const flag = (description: string) => optional(Type.Boolean({ description }))

const Media = Type.Object(
  {
    id: Type.String({ examples: ['med_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z'] }),
    mimetype: Type.String(),
    size: nullable('integer', { description: 'Bytes.' }),
    file_name: nullable('string'),
    sha256: nullable('string', { description: 'Of the bytes, hex.' }),
    url: optional(Type.String({ description: 'Where the bytes are; needs a key.' })),
  },
  { description: 'A file; its bytes are at `/v1/media/{id}`.' },
)

const Row = Type.Object({ id: Type.String(), title: Type.String(), description: optional(Type.String()) })

/** The fields of a message that say what is in it; which ones there are depends on its `type`. */
export const ContentFields = {
  text: optional(Type.String()),
  mentions: optional(Type.Array(Type.String())),
  mention_all: flag('Everybody in the group is named.'),
  forwarded: flag('Somebody else wrote it first.'),
  preview: optional(Type.Object({ url: Type.String(), title: Type.String(), description: optional(Type.String()) })),
  media: optional(Media),
  caption: optional(Type.String()),
  view_once: flag('It can be opened once.'),
  gif: flag('A video without sound that repeats.'),
  note: flag('A round video message.'),
  seconds: optional(Type.Number()),
  location: optional(
    Type.Object({
      latitude: Type.Number(),
      longitude: Type.Number(),
      name: optional(Type.String()),
      address: optional(Type.String()),
      live: flag('The beginning of one that moves.'),
    }),
  ),
  contacts: optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        phones: Type.Array(Type.Object({ number: Type.String(), type: optional(Type.String()) })),
        organization: optional(Type.String()),
        vcard: optional(Type.String()),
      }),
    ),
  ),
  poll: optional(
    Type.Object({
      question: Type.String(),
      options: Type.Array(Type.String()),
      selectable: Type.Integer({ description: 'How many may be chosen; 0: any number.' }),
    }),
  ),
  votes: optional(
    Type.Array(Type.String(), { description: 'The options now chosen, in a poll that the session sent.' }),
  ),
  target: optional(
    Type.Object(
      { wa_id: Type.String(), from_me: Type.Boolean(), participant: optional(Type.String()) },
      { description: 'The message that this one reacts to, edits, takes back or votes in.' },
    ),
  ),
  emoji: optional(Type.String({ description: 'Empty where a reaction was taken back.' })),
  title: optional(Type.String()),
  header: optional(Type.String()),
  footer: optional(Type.String()),
  button_text: optional(Type.String()),
  sections: optional(Type.Array(Type.Object({ title: Type.String(), rows: Type.Array(Row) }))),
  buttons: optional(
    Type.Array(
      Type.Object({
        kind: words(['reply', 'url', 'call']),
        title: Type.String(),
        id: optional(Type.String()),
        url: optional(Type.String()),
        phone: optional(Type.String()),
      }),
    ),
  ),
  fallback: flag('The choices are also in the text by number, and an answer with the number counts.'),
  reply: optional(
    Type.Object(
      { id: Type.String(), title: Type.String() },
      { description: 'What was chosen of a list or of buttons.' },
    ),
  ),
  kind: optional(Type.String({ description: 'WhatsApp’s name of a kind that has no form here yet.' })),
} satisfies Record<string, TSchema>
