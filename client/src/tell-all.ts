/** Calls every listener; one that throws keeps neither the others from hearing nor the client from going on. */
export function tellAll<Data>(listeners: Iterable<(data: Data) => void>, data: Data): void {
  for (const listener of [...listeners]) {
    try {
      listener(data)
    } catch (error) {
      setTimeout(() => {
        throw error
      })
    }
  }
}
