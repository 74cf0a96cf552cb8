/** Something asked for over the control API that cannot be done; `status` is the HTTP answer (400, 404, 409). */
export class LabError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'LabError'
    this.status = status
  }
}

export function badRequest(message: string): LabError {
  return new LabError(400, message)
}

export function notFound(message: string): LabError {
  return new LabError(404, message)
}

export function conflict(message: string): LabError {
  return new LabError(409, message)
}
