/** Copies text; false where the browser does not allow it (no https, no permission), so that it can be shown to select. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
