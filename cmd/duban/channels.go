package main

import (
	"duban/notify"
)

// channels makes the ways by which messages leave the house.
func (s *settings) channels() (*notify.Registry, error) {
	o := notify.Options{Listed: s.NotifyAllow}
	if s.SMTPURL != "" {
		o.Mail = &notify.Mail{Server: notify.NewSecret(s.SMTPURL), From: s.MailFrom}
	}
	return notify.New(o)
}
