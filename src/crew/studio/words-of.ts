/** What an answer says in words; nothing where they are cut off: its status has come, and counts. */
export function wordsOf(response: Response): Promise<string> {
  return response.text().catch(() => '');
}
