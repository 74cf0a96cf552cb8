import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useLanguage } from '../i18n/text.tsx'

export interface Line {
  label: string
  /** Name of a colour of the page. */
  color: 'accent' | 'muted' | 'bad'
  values: number[]
}

const HEIGHT = 160

/** Lines over time; `times` are seconds since the epoch. Beside it the sums in words, for those who do not see it. */
export function Plot({ label, times, lines }: { label: string; times: number[]; lines: Line[] }) {
  const ref = useRef<HTMLDivElement>(null)
  const language = useLanguage()
  useEffect(() => {
    const box = ref.current
    if (!box) return undefined
    const plot = new UPlot(optionsOf(box, lines, language), [times, ...lines.map(({ values }) => values)], box)
    const watcher = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }))
    watcher.observe(box)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => plot.redraw(false)
    dark.addEventListener('change', redraw)
    return () => {
      dark.removeEventListener('change', redraw)
      watcher.disconnect()
      plot.destroy()
    }
  }, [times, lines, language])
  return (
    <figure aria-label={label}>
      <div className="plot" ref={ref} aria-hidden="true" />
      <figcaption className="row small">
        {lines.map(({ label: name, color, values }) => (
          <span className={`badge badge-${color === 'muted' ? 'none' : color}`} key={name}>
            {values.reduce((sum, value) => sum + value, 0).toLocaleString(language)} {name}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

function optionsOf(box: HTMLElement, lines: Line[], language: string): UPlot.Options {
  const colorOf = (name: string) => () => getComputedStyle(probeOf(box, name)).color
  const axis = { stroke: colorOf('muted'), grid: { stroke: colorOf('line'), width: 1 }, ticks: { show: false } }
  const clock = (_plot: UPlot, ticks: number[]) =>
    ticks.map((at) => new Date(at * 1000).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }))
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(4, most)] } },
    axes: [
      { ...axis, values: clock, size: 28 },
      { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 10_000, 100_000] },
    ],
    series: [
      {},
      ...lines.map(({ label, color }) => ({ label, stroke: colorOf(color), width: 1.5, points: { show: false } })),
    ],
  }
}

/** Something hidden that has the colour, so that the canvas gets it as it is now. */
function probeOf(box: HTMLElement, name: string): HTMLElement {
  const known = box.querySelector<HTMLElement>(`[data-color="${name}"]`)
  if (known) return known
  const probe = document.createElement('span')
  probe.dataset.color = name
  probe.style.color = `var(--${name})`
  box.append(probe)
  return probe
}
