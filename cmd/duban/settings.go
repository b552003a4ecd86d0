package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"golang.org/x/term"

	"duban/local"
	"duban/lot"
	"duban/sealkey"
	"duban/store"
)

// settings are those every command shares.
type settings struct {
	Data              string `env:"DUBAN_DATA" default:"./data" help:"Folder of what runs on this machine. Defaults to ./data."`
	DatabaseURL       string `env:"DATABASE_URL" help:"PostgreSQL to keep the record in; a private one is run when it is left out."`
	TemporalAddress   string `env:"TEMPORAL_ADDRESS" help:"Temporal server, as host:port; an engine is run here when it is left out."`
	TemporalNamespace string `env:"TEMPORAL_NAMESPACE" default:"duban" help:"Temporal namespace. Defaults to duban."`
	temporalSettings

	EvidenceURL    string        `name:"evidence-url" env:"DUBAN_EVIDENCE_URL" help:"Where files of evidence are kept: file:///folder or s3://bucket?region=…. Defaults to evidence in the --data folder for duban serve; duban api takes no files without it."`
	PapersURL      string        `name:"papers-url" env:"DUBAN_PAPERS_URL" help:"Where the papers that were sent out are kept, as a folder or bucket. Defaults to papers in the --data folder for duban serve; duban api and duban worker send none out without it."`
	Office         string        `env:"DUBAN_OFFICE" help:"Full name of the committee, as its documents bear it. Defaults to 市直机关工作委员会."`
	OfficeContact  string        `env:"DUBAN_OFFICE_CONTACT" help:"Whom to ask, under a document; left out when empty."`
	OfficePhone    string        `env:"DUBAN_OFFICE_PHONE" help:"Telephone under a document; left out when empty."`
	OfficeChannel  string        `env:"DUBAN_OFFICE_CHANNEL" help:"How reports come in, as notices say it. Defaults to filling them in here, or on paper."`
	OfficeCopies   []string      `env:"DUBAN_OFFICE_COPIES" help:"Who gets a copy (抄送) of each notice in the form of a 通知, separated by commas; left out when empty."`
	PublicURL      string        `name:"public-url" env:"DUBAN_PUBLIC_URL" help:"Address at which people reach the system, as messages say it: https://duban.example.org; they say how else to act when it is left out."`
	BodyFonts      []string      `env:"DUBAN_BODY_FONTS" help:"Fonts of the text of documents, the wanted one first. Defaults to 仿宋_GB2312,仿宋,FangSong."`
	TitleFonts     []string      `env:"DUBAN_TITLE_FONTS" help:"Fonts of titles and red heads. Defaults to 方正小标宋简体,小标宋,宋体."`
	SMTPURL        string        `name:"smtp-url" env:"DUBAN_SMTP_URL" help:"Mail server, as smtp://user:password@host:587 for STARTTLS, smtps://user:password@host:465, or smtp+plain://host:25 without TLS and password; no e-mail is sent when it is left out."`
	MailFrom       string        `env:"DUBAN_MAIL_FROM" help:"Sender of e-mail, as 督办系统 <duban@example.org>; needed with --smtp-url."`
	BouncesURL     string        `name:"bounces-url" env:"DUBAN_BOUNCES_URL" help:"Mailbox that what cannot be delivered comes back to, that of --mail-from, as imaps://user:password@host/INBOX, or imap://user:password@host:143/INBOX for STARTTLS; bounces are not read when it is left out."`
	NotifyAllow    []string      `env:"DUBAN_NOTIFY_ALLOW" help:"Names of hosts, addresses and networks inside the house that webhooks and robots may be at, with or without TLS. Defaults to none: public addresses by https."`
	FloodLimit     int           `env:"DUBAN_FLOOD_LIMIT" default:"30" help:"How many messages one person gets in an hour; more are held and sent later. Defaults to 30."`
	SealKey        sealkey.Value `env:"DUBAN_SEAL_KEY" help:"Keys that seal what was drawn for look-backs, one a line, the newest first; set it in the environment, where it is not seen by others. Goes before --seal-key-command and --seal-key-file."`
	SealKeyCommand sealkey.Value `env:"DUBAN_SEAL_KEY_COMMAND" help:"Command that prints those keys, for a KMS. Goes before --seal-key-file."`
	SealKeyFile    string        `env:"DUBAN_SEAL_KEY_FILE" help:"File of those keys, with mode 0600. Defaults to seal.key in the --data folder, which duban serve makes."`
	LogLevel       string        `env:"DUBAN_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"Least level of log lines: debug, info, warn or error. Defaults to info."`
	LogFormat      string        `env:"DUBAN_LOG_FORMAT" enum:"auto,terminal,text,json" default:"auto" help:"Form of log lines: terminal, for a person; text or json, for files and machines. Defaults to auto: terminal where one is, else text."`
}

// logger writes to standard error, as the settings want it.
func (s *settings) logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Any().(type) { // JSON would leave what turns the writing round
		case string:
			a.Value = slog.StringValue(shown(v, "\n\t"))
		case error:
			a.Value = slog.StringValue(shown(v.Error(), "\n\t"))
		}
		return a
	}}
	switch {
	case s.LogFormat == "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	case s.LogFormat == "terminal", s.LogFormat == "auto" && term.IsTerminal(int(os.Stderr.Fd())):
		return slog.New(newTerminalHandler(stderr, level))
	default:
		return slog.New(slog.NewTextHandler(os.Stderr, o))
	}
}

// errNoRecord: there is no database to work on.
var errNoRecord = errors.New("no database: give --database-url, or run duban serve on this --data folder first")

// record opens the record for a command that runs beside the system: the one
// named, or that of the system running on the data folder.
func (s *settings) record(ctx context.Context, keys ...lot.Key) (*store.Store, error) {
	url := s.DatabaseURL
	if url == "" {
		running, _, err := local.Running(s.Data)
		if err != nil {
			return nil, fmt.Errorf("look for a running system: %w", err)
		}
		url = running
	}
	if url == "" {
		return nil, errNoRecord
	}
	return store.Open(ctx, store.Options{URL: url, MaxConns: 4, Keys: keys, Logger: s.logger()})
}
