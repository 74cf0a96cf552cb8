import { type Static, type TSchema, Type } from 'typebox'
import { exactly, words } from '../schema.ts'

const Recipient = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).',
  examples: ['+62 812-1000-0001'],
})
const Words = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description ? { description } : {}) })
/** What a caption or a title may have. */
const LINE = 1_024
const TEXT = 65_536

const addressed = {
  to: Recipient,
  reply_to: Type.Optional(Words(128, 'The message to answer: its `id`, or its `wa_id`.')),
}
const naming = {
  mentions: Type.Optional(
    Type.Array(Words(128), { maxItems: 1024, description: 'Persons named in the text by `@<number>`.' }),
  ),
  mention_all: Type.Optional(Type.Boolean({ description: 'Names everybody in a group.' })),
}
const forwardable = { forwarded: Type.Optional(Type.Boolean({ description: 'Phones mark it as forwarded.' })) }
const Caption = Type.Optional(Words(TEXT))
const ViewOnce = Type.Optional(Type.Boolean({ description: 'It can be opened once.' }))

/** A message that another one is about. */
const Target = Type.Union(
  [
    Words(128, 'Its `id`.'),
    exactly({
      wa_id: Words(128),
      from_me: Type.Boolean(),
      participant: Type.Optional(Words(128, 'Who sent it, in a group.')),
    }),
  ],
  { description: 'The `id` of a message, or what WhatsApp knows it by.' },
)

/** Where a file comes from. */
export const MediaInput = exactly(
  {
    id: Type.Optional(Words(64, 'A file that was stored or received.')),
    url: Type.Optional(Type.String({ minLength: 1, maxLength: 8_192, description: 'Fetched once, now.' })),
    base64: Type.Optional(Type.String({ minLength: 1, description: 'The file itself; the body may have 24 MB.' })),
    mimetype: Type.Optional(Words(128, 'Counts where the content does not show it.')),
    file_name: Type.Optional(Words(255)),
  },
  { description: 'A file: exactly one of `id`, `url` and `base64`.', examples: [{ url: 'https://example.com/a.jpg' }] },
)

const Moment = (description: string, example: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description, examples: [example] }))

/** When a message is sent. */
const timed = {
  send_at: Moment('Not before then, up to a year ahead; without it at once.', '2027-01-01T07:00:00+07:00'),
  expires_at: Moment(
    'Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.',
    '2027-01-01T12:00:00+07:00',
  ),
}

function kind<Name extends string, Fields extends Record<string, TSchema>>(
  type: Name,
  fields: Fields,
  example: Record<string, unknown>,
) {
  const body = { type: words([type]), ...fields, ...timed }
  return exactly(body, { title: type, examples: [{ to: '6281210000001', type, ...example }] })
}

const Preview = exactly(
  {
    url: Words(2_048, 'As it stands in the text.'),
    title: Words(LINE),
    description: Type.Optional(Words(LINE)),
    thumbnail: Type.Optional(Type.String({ maxLength: 200_000, description: 'A small JPEG, base64.' })),
  },
  { description: 'What phones show of a link in the text. Nothing is fetched for it.' },
)

const Text = kind(
  'text',
  { ...addressed, text: Words(TEXT), ...naming, preview: Type.Optional(Preview), ...forwardable },
  { text: 'Hello from Kurir' },
)
const file = { ...addressed, media: MediaInput }
const captioned = { ...file, caption: Caption, ...naming, ...forwardable }
const example = { media: { url: 'https://example.com/file' } }
const Image = kind('image', { ...captioned, view_once: ViewOnce }, { ...example, caption: 'Look' })
const Video = kind(
  'video',
  {
    ...captioned,
    view_once: ViewOnce,
    gif: Type.Optional(Type.Boolean({ description: 'It repeats and has no sound.' })),
    note: Type.Optional(Type.Boolean({ description: 'A round video message.' })),
  },
  example,
)
const Audio = kind('audio', { ...file, ...forwardable }, example)
const Voice = kind('voice', { ...file, view_once: ViewOnce, ...forwardable }, example)
const Document = kind('document', { ...captioned, file_name: Type.Optional(Words(255)) }, example)
const Sticker = kind('sticker', { ...file, ...forwardable }, example)

const Location = kind(
  'location',
  {
    ...addressed,
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
    name: Type.Optional(Words(LINE)),
    address: Type.Optional(Words(LINE)),
    ...forwardable,
  },
  { latitude: -6.175392, longitude: 106.827153, name: 'Monas' },
)

const Phone = exactly({
  number: Words(64, 'As people write it.'),
  type: Type.Optional(Type.String({ pattern: '^[A-Za-z-]{1,32}$', examples: ['CELL', 'WORK'] })),
})
const Contact = exactly({
  name: Words(256),
  phones: Type.Optional(Type.Array(Phone, { maxItems: 32 })),
  organization: Type.Optional(Words(256)),
  vcard: Type.Optional(Words(TEXT, 'The whole card, in place of one made of the others.')),
})
const Contacts = kind(
  'contacts',
  { ...addressed, contacts: Type.Array(Contact, { minItems: 1, maxItems: 100 }), ...forwardable },
  { contacts: [{ name: 'Budi', phones: [{ number: '6281300000001' }] }] },
)

const Poll = kind(
  'poll',
  {
    ...addressed,
    question: Words(LINE),
    options: Type.Array(Words(256), { minItems: 2, maxItems: 12, uniqueItems: true }),
    selectable: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 12, description: 'How many may be chosen; 0: any number. Default: 1.' }),
    ),
  },
  { question: 'When?', options: ['Monday', 'Friday'] },
)

const Reaction = kind(
  'reaction',
  {
    to: Type.Optional(Recipient),
    target: Target,
    emoji: Type.String({ maxLength: 64, description: 'Empty takes the reaction back.' }),
  },
  { target: 'msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z', emoji: '👍' },
)

const Forward = kind(
  'forward',
  { to: Recipient, message: Words(128, 'The `id` of the message to pass on.') },
  { message: 'msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z' },
)

const Form = Type.Optional(
  words(['interactive', 'text'], {
    description:
      '`interactive` (default): as WhatsApp’s interactive message, which not every phone shows. `text`: the numbered ' +
      'choices as a text, which every phone shows. An answer with the number counts as the choice in both.',
  }),
)
const Row = exactly({ id: Words(256), title: Words(256), description: Type.Optional(Words(LINE)) })
const List = kind(
  'list',
  {
    ...addressed,
    text: Words(4_096),
    title: Type.Optional(Words(256)),
    footer: Type.Optional(Words(256)),
    button_text: Words(64, 'What opens the list.'),
    sections: Type.Array(
      exactly({ title: Type.String({ maxLength: 256 }), rows: Type.Array(Row, { minItems: 1, maxItems: 100 }) }),
      { minItems: 1, maxItems: 20 },
    ),
    form: Form,
  },
  { text: 'Menu', button_text: 'Open', sections: [{ title: 'Hot', rows: [{ id: 'tea', title: 'Tea' }] }] },
)

const Button = exactly({
  kind: words(['reply', 'url', 'call']),
  title: Words(256),
  id: Type.Optional(Words(256, 'Comes back with the answer; for `reply`.')),
  url: Type.Optional(Words(2_048, 'For `url`.')),
  phone: Type.Optional(Words(64, 'As people write it; for `call`.')),
})
const Buttons = kind(
  'buttons',
  {
    ...addressed,
    text: Words(4_096),
    header: Type.Optional(Words(256)),
    footer: Type.Optional(Words(256)),
    media: Type.Optional(MediaInput),
    buttons: Type.Array(Button, { minItems: 1, maxItems: 10 }),
    form: Form,
  },
  { text: 'Shall we deliver?', buttons: [{ kind: 'reply', id: 'yes', title: 'Yes' }] },
)

/** The body of a message to send, by its `type`. */
export const SEND_BODIES = {
  text: Text,
  image: Image,
  video: Video,
  audio: Audio,
  voice: Voice,
  document: Document,
  sticker: Sticker,
  location: Location,
  contacts: Contacts,
  poll: Poll,
  reaction: Reaction,
  forward: Forward,
  list: List,
  buttons: Buttons,
}

type SendType = keyof typeof SEND_BODIES
/** A body of one type, or of any. */
export type SendBodyOf<Type extends SendType> = Static<(typeof SEND_BODIES)[Type]>
export type SendBody = { [Type in SendType]: SendBodyOf<Type> }[SendType]
export type TargetInput = Static<typeof Target>
export type MediaInput = Static<typeof MediaInput>
