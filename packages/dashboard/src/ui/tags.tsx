/** Words beside each other, each in a box. */
export function Tags({ words }: { words: readonly string[] }) {
  return (
    <span className="row">
      {words.map((word) => (
        <span className="tag" key={word}>
          {word}
        </span>
      ))}
    </span>
  )
}
