import { InvalidArgumentError } from 'commander'

/** Reads an option's value: a whole number of this range, both ends included. */
export function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`not a whole number from ${least} to ${most}`)
    }
    return number
  }
}
