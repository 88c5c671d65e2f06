// What the page keeps in the window's own storage, from one start to the next. It must not know what that is.

/** What was kept under a name; `otherwise` where there is nothing, or nothing readable. */
export function stored<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keeps it, null forgets it; false where the storage refuses, so that it is lost with the window. */
export function store(key: string, value: unknown): boolean {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
