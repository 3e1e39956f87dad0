"""The settings window: what a practice changes, in the same ``config.toml`` that can be edited by hand."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tkinter import filedialog, ttk

from agent.config import LANGUAGES, Config
from agent.desktop.autostart import Autostart
from agent.desktop.windows.background import in_background
from agent.desktop.windows.config_file import save
from agent.desktop.windows.parts import PageFrame, fit, keys, with_mnemonic
from agent.desktop.windows.passwords import Passwords, PasswordsTab
from agent.desktop.windows.settings_form import Settings, changes, inventory_offer, settings_of
from agent.desktop.windows.theme import Look, new_window
from agent.errors import AgentError, ConfigError
from agent.text import LANGUAGE_NAMES, N_, _

WIDTH = 640
_FOLDER_ROWS = 5


@dataclass(frozen=True)
class AtLogin:
    """Whether the agent starts when this user logs in; `command` starts it."""

    autostart: Autostart
    command: Sequence[str]

    def set(self, wanted: bool) -> None:
        """Raises: AutostartFailed."""
        if wanted == self.autostart.is_enabled():
            return
        if wanted:
            self.autostart.enable(self.command)
        else:
            self.autostart.disable()


@dataclass(frozen=True)
class Behind:
    """What stands behind the window.

    Attributes:
        path: of the config file; it need not exist.
    """

    path: Path
    config: Config
    passwords: Passwords
    at_login: AtLogin


def show_settings(behind: Behind) -> None:
    """Show the window until the person closes it. Raises: DisplayMissing."""
    root, look = new_window()
    SettingsWindow(root, look, behind)
    root.mainloop()


class SettingsWindow:
    def __init__(self, root: tk.Tk, look: Look, behind: Behind) -> None:
        self.root, self.look, self._behind = root, look, behind
        self._before = settings_of(behind.config)
        root.title(_("Settings – eHealth certificates"))
        fit(root, look, WIDTH + 48, 420)
        self.frame = frame = PageFrame(root, look, WIDTH)
        frame.headline(_("Settings"))
        self.told = frame.paragraph("", "Strong.TLabel", 0)
        self.told.pack_configure(side="bottom")
        self.tabs = ttk.Notebook(frame.body)
        self.tabs.enable_traversal()
        self.tabs.pack(fill="both", expand=True, pady=(0, look.px(8)))
        self._folders = self._folders_tab(self._tab(N_("&Keystores")))
        self.passwords = PasswordsTab(self._tab(N_("&Passwords")), look, behind.passwords)
        self._quiet = self._reminders_tab(self._tab(N_("&Reminders")))
        self._language, self._module, self._at_login = self._general_tab(self._tab(N_("&General")))
        frame.primary(_("&Save"), self._save)
        frame.way_out(_("&Close"), root.destroy)
        frame.first(self.tabs)
        keys(root, lambda: frame)
        frame.pack(fill="both", expand=True)
        root.deiconify()
        frame.take_keyboard()

    def _tab(self, name: str) -> ttk.Frame:
        text, underline = with_mnemonic(_(name))
        px = self.look.px
        tab = ttk.Frame(self.tabs, padding=(px(16), px(16), px(16), px(8)))
        self.tabs.add(tab, text=text, underline=underline)
        return tab

    def _say(self, tab: ttk.Frame, text: str, style: str = "TLabel", above: int = 0) -> None:
        label = ttk.Label(tab, text=text, style=style, wraplength=self.look.px(WIDTH - 40), justify="left")
        label.pack(anchor="w", pady=(self.look.px(above), self.look.px(4)))

    # ── Tabs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _folders_tab(self, tab: ttk.Frame) -> tk.Listbox:
        self._say(tab, _("Folders with keystores. What lies below them is not looked at."))
        listed = tk.Listbox(tab, height=_FOLDER_ROWS, activestyle="dotbox", exportselection=False)
        listed.insert("end", *self._before.folders)
        listed.pack(fill="both", expand=True, pady=(self.look.px(4), self.look.px(8)))
        row = ttk.Frame(tab)
        row.pack(anchor="w")
        self._button(row, N_("&Add a folder…"), self._add_folder)
        self._button(row, N_("Re&move"), self._remove_folder)
        return listed

    def _reminders_tab(self, tab: ttk.Frame) -> tuple[ttk.Entry, ttk.Entry]:
        self._say(tab, _("Reminders come when a certificate can be renewed, at most once a day, and daily at the end."))
        self._say(tab, _("No reminder is shown in these hours:"), above=12)
        row = ttk.Frame(tab)
        row.pack(anchor="w", pady=(0, self.look.px(4)))
        entries = []
        for name, value in ((_("from"), self._before.quiet_from), (_("until"), self._before.quiet_until)):
            ttk.Label(row, text=name).pack(side="left", padx=(0, self.look.px(8)))
            entry = ttk.Entry(row, width=7)
            entry.insert(0, value)
            entry.pack(side="left", padx=(0, self.look.px(16)))
            entries.append(entry)
        self._say(tab, _("Written as 20:00. Twice the same time: reminders at any hour."), "Caption.TLabel")
        self._inventory = tk.BooleanVar(tab, value=self._before.inventory == inventory_offer(is_offered=True))
        label, underline = with_mnemonic(_("Once a &year, offer to look at all certificates that I manage"))
        box = ttk.Checkbutton(tab, text=label, underline=underline, variable=self._inventory)
        box.pack(anchor="w", pady=(self.look.px(12), 0))
        return entries[0], entries[1]

    def _general_tab(self, tab: ttk.Frame) -> tuple[ttk.Combobox, ttk.Entry, tk.BooleanVar]:
        self._say(tab, _("Language"))
        language = ttk.Combobox(tab, values=[_language_name(each) for each in LANGUAGES], state="readonly", width=24)
        language.current(LANGUAGES.index(self._before.language))
        language.pack(anchor="w")
        self._say(tab, _("Module of the eID software (empty: the agent looks for it)"), above=12)
        row = ttk.Frame(tab)
        row.pack(fill="x")
        module = ttk.Entry(row)
        module.insert(0, self._before.card_module)
        module.pack(side="left", fill="x", expand=True, padx=(0, self.look.px(8)))
        self._button(row, N_("&Browse…"), self._browse_module)
        at_login = tk.BooleanVar(tab, value=self._behind.at_login.autostart.is_enabled())
        text, underline = with_mnemonic(_("Start the agent when I &log in"))
        box = ttk.Checkbutton(tab, text=text, underline=underline, variable=at_login)
        box.pack(anchor="w", pady=(self.look.px(12), 0))
        return language, module, at_login

    def _button(self, row: ttk.Frame, name: str, command: Callable[[], object]) -> None:
        text, underline = with_mnemonic(_(name))
        button = ttk.Button(row, text=text, underline=underline, command=command)
        button.pack(side="left", padx=(0, self.look.px(8)))

    # ── Buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _add_folder(self) -> None:
        folder = filedialog.askdirectory(parent=self.root, mustexist=True)
        if folder and str(Path(folder)) not in self._folders.get(0, "end"):
            self._folders.insert("end", str(Path(folder)))

    def _remove_folder(self) -> None:
        for position in reversed(self._folders.curselection()):  # type: ignore[no-untyped-call]
            self._folders.delete(position)

    def _browse_module(self) -> None:
        if module := filedialog.askopenfilename(parent=self.root):
            self._module.delete(0, "end")
            self._module.insert(0, str(Path(module)))

    def _save(self) -> None:
        after = Settings(
            folders=tuple(self._folders.get(0, "end")),
            language=LANGUAGES[self._language.current()],
            quiet_from=self._quiet[0].get().strip(),
            quiet_until=self._quiet[1].get().strip(),
            card_module=self._module.get().strip(),
            inventory=inventory_offer(is_offered=self._inventory.get()),
        )
        at_login = self._at_login.get()
        in_background(self.root, lambda: self._write(after, at_login), self._tell)

    def _write(self, after: Settings, at_login: bool) -> Settings:
        """Raises: ConfigError, AutostartFailed."""
        changed = changes(self._before, after)
        if changed:
            save(self._behind.path, changed)
        self._behind.at_login.set(at_login)
        return after

    def _tell(self, result: Settings | AgentError) -> None:
        if isinstance(result, Settings):
            self._before = result
            self.told.configure(text="✓  " + _("Saved. It holds from the next look on."))
        elif isinstance(result, ConfigError):
            self.told.configure(text=f"✗  {result.problem}")
        else:
            self.told.configure(text=f"✗  {result} {result.advice}")


def _language_name(language: str) -> str:
    return _("as the system") if language == "auto" else LANGUAGE_NAMES[language]
