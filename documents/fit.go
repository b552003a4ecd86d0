package documents

// GB/T 9704 7.3.5.5: where the rest of a page has no room for the signature, lines are
// set closer or wider, so that it never stands on a page of its own.

// closest is how close lines are set at the most: 26 pt, for letters of 16 pt.
const closest = 520

// fit sets the lines of a short paper closer when it fits on one page then: its second
// would hold little more than the signature.
func (d *document) fit() {
	if d.pages(pitch) != 2 {
		return
	}
	for _, p := range []int{565, 550, 535, closest} {
		if d.pages(p) == 1 {
			d.pitch = p
			return
		}
	}
}

// pages is about how many pages the text fills with lines of a height. What is held together goes on to the next page together.
func (d *document) pages(pitch int) int {
	const page = pageHeight - marginTop - marginBottom
	n, last, room := 1, 0, page
	if d.letter { // whose head reaches below the margin
		room -= headerTop + headLine + headGap - marginTop
	}
	var group []para
	for _, b := range d.body {
		p, ok := b.(para)
		if !ok {
			return 1 // how high a table is, is known to whoever shows it
		}
		if group = append(group, p); p.keep {
			continue
		}
		high := 0
		for _, p := range group {
			high += p.before + p.rows()*p.lineHeight(pitch)
		}
		switch line := p.lineHeight(pitch); {
		case last+high <= room:
			last += high
		case len(group) > 1:
			n, last, room = n+1, high, page
		default:
			n, last, room = n+1, high-(room-last)/line*line, page
		}
		group = nil
	}
	return n
}

func (p para) lineHeight(pitch int) int {
	if p.line > 0 {
		return p.line
	}
	return pitch
}

// rows is about how many lines a paragraph takes: a line in three is short of a
// character that may not begin or end it, and figures stand a quarter of one away.
func (p para) rows() int {
	const fit = 2800 - 33 // hundredths of a character in a line
	said := p.said()
	wide, latin := p.first+width(said), false
	for i, r := range said {
		if now := r < 0x100; now != latin {
			latin = now
			if i > 0 {
				wide += 25
			}
		}
	}
	return max(1, (wide+fit-1)/fit)
}
