/**
 * Makes an element. Texts among the children become text nodes, so what people write is never markup.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] `class`, `on…` handlers, `aria-…` attributes, or DOM properties.
 * @param {...(Node | string | null | undefined | false)} children
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'class') element.className = String(value)
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name.startsWith('aria-')) element.setAttribute(name, String(value))
    else element[name] = value
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

/** Shows a form as a dialog; resolves with its button's value, '' when it was cancelled or dismissed. */
export function ask(title, body, buttons) {
  return new Promise((resolve) => {
    const cancel = el('button', { value: '', formNoValidate: true }, 'Cancel')
    const choices = buttons.map(([value, label], at) =>
      el('button', { value, class: at === buttons.length - 1 ? 'primary' : '' }, label),
    )
    const form = el(
      'form',
      { method: 'dialog' },
      el('h1', {}, title),
      body,
      el('div', { class: 'actions' }, cancel, ...choices),
    )
    const dialog = el('dialog', { 'aria-label': title }, form)
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}

/** The hour and minute of a time in seconds. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}
