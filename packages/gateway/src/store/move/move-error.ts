/** Why a database cannot be moved, said to the operator. */
export class MoveError extends Error {
  override readonly name = 'MoveError'
}
