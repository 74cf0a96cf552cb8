interface ChoiceProps<Value extends string> {
  /** Read out to those who do not see what stands around it. */
  label: string
  /** What is chosen; without it the browser keeps it, and the first option is the first choice. */
  value?: Value
  options: readonly (readonly [Value, string])[]
  onChange: (value: Value) => void
  className?: string
}

/** One of some values, without a label beside it: in the head of a page or of a list. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, onChange, className = 'input-s' } = props
  return (
    <select
      className={`input ${className}`}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  )
}
