// An act that is not begun again while it goes on: two quick clicks are one. Pure.

export function once<A extends unknown[]>(act: (...given: A) => Promise<void>): (...given: A) => Promise<void> {
  let running: Promise<void> | null = null;
  return (...given) =>
    (running ??= act(...given).finally(() => {
      running = null;
    }));
}
